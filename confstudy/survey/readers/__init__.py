"""Readers of the file formats and survey platforms behind `confstudy.survey.read`."""
