"""What a data file means: variables, scales, roles, missing codes, labels, protection.

A codebook is a YAML file. Bundled ones are named: ``therapy``, ``osmi-2014``, ``hints-7``.
"""
