-- The words of a segment, packed (words.go), in a table of their own: a search reads a
-- thousand segments for a keystroke, and with the words among them at four times as
-- many pages; a single letter then took two to four times as long. Go moves them here
-- from their table, which had a row for each, and drops that.
CREATE TABLE segment_words (
    segment INTEGER PRIMARY KEY REFERENCES segments (id) ON DELETE CASCADE,
    words   BLOB NOT NULL
) STRICT;

-- A transcript is read in this order: nothing is sorted.
DROP INDEX segments_in_order;
CREATE INDEX segments_in_order ON segments (transcript, begin, finish);
