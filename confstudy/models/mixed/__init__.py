"""Mixed models: linear by profiled deviance, others by adaptive Gauss-Hermite quadrature."""
