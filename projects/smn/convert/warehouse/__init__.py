"""Reading triples of image, mask and boxes: lists in JSON, PNG files of codes, CSV files."""
