"""The JSON of records to texts and events, by template where the form is known."""
