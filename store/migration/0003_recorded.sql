-- What a person has changed keeps what the machine had written.
ALTER TABLE segments ADD COLUMN original TEXT; -- JSON: the segment as it was; NULL: untouched
