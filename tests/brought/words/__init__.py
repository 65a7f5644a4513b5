"""Words of other frameworks and misspelt words, each with its one error and how it is mended."""
