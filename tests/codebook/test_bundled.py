from confstudy.codebook.read import read_codebook


def test_hints_declares_its_replicate_weights():
    replicates = read_codebook("hints-7").design.replicates
    assert len(replicates.weights) == 50
    assert (replicates.method, replicates.multiplier, replicates.df) == ("JK1", 0.98, 49)


def test_every_item_of_the_therapy_survey_has_its_wording():
    codebook = read_codebook("therapy")
    for scale in codebook.scales.values():
        assert all(codebook.variables[item].label for item in scale.items)
        assert scale.key or len(scale.anchors) == scale.points[1] - scale.points[0] + 1


def test_the_gender_recipe_names_each_spelling_once():
    recode = read_codebook("osmi-2014").variables["gender"].recode
    spellings = [spelling.casefold() for listed in recode.values() for spelling in listed]
    assert len(spellings) == len(set(spellings))


def test_free_text_and_moments_never_leave_the_osmi_file():
    variables = read_codebook("osmi-2014").variables
    assert variables["comments"].drop
    assert variables["submitted"].drop
