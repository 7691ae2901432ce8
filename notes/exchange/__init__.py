"""In and out: files of earlier notes brought in, the recovery sheet written out.

``reading_files`` decodes, ``csv_files`` and ``text_folders`` turn files into plain rows, ``importing`` brings rows into
the record, ``recovery_sheet`` makes the PDF.
"""
