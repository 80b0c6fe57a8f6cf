"""What came back to ACS: returns with their grades, the photos its graders took, and what each garment stands at in the books."""
