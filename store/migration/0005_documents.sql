-- What the machine wrote and is not in the text any more, by its time: splitting,
-- merging and deleting segments cannot lose it. Together with the segments that
-- nobody has edited it is the machine's text.
CREATE TABLE originals (
    id         INTEGER PRIMARY KEY,
    transcript INTEGER NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    begin      REAL NOT NULL,
    finish     REAL NOT NULL,
    text       TEXT NOT NULL,
    confidence REAL NOT NULL,
    label      TEXT NOT NULL, -- of the speaker; '' for nobody
    words      TEXT NOT NULL  -- JSON
) STRICT;
CREATE INDEX originals_in_order ON originals (transcript, begin);

ALTER TABLE segments ADD COLUMN edited INTEGER NOT NULL DEFAULT 0; -- by a person
INSERT INTO originals (transcript, begin, finish, text, confidence, label, words)
    SELECT transcript, json_extract(original, '$.Start'), json_extract(original, '$.End'), json_extract(original, '$.Text'),
        json_extract(original, '$.Confidence'), coalesce(json_extract(original, '$.Speaker'), ''),
        coalesce(json_extract(original, '$.Words'), 'null')
    FROM segments WHERE original IS NOT NULL;
UPDATE segments SET edited = 1 WHERE original IS NOT NULL;
ALTER TABLE segments DROP COLUMN original;
CREATE INDEX segments_edited ON segments (transcript) WHERE edited;

-- A number is never given twice: undo may bring a segment back under its own.
CREATE TABLE segment_numbers (last INTEGER NOT NULL) STRICT; -- one row: the highest that was ever removed
INSERT INTO segment_numbers VALUES (0);
CREATE TRIGGER segments_numbered AFTER DELETE ON segments BEGIN
    UPDATE segment_numbers SET last = old.id WHERE last < old.id;
END;
