"""One check of a survey's answers a file; :mod:`confstudy.survey.quality` puts them together."""
