"""Files in: containers are opened, documents recognised and read, and every import leaves a receipt.

`import_files` is the one door. `reader` says what a reader of a format is; `receipt` what an import answers.
"""
