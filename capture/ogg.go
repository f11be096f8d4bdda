package capture

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
)

// oggWriter puts Opus packets into an Ogg stream, one a page, so that each can
// be decoded as it comes: RFC 3533 and RFC 7845.
type oggWriter struct {
	pages   uint32
	granule uint64 // samples at 48 kHz up to the end of the last packet
}

// A packet has at most 61440 bytes (RFC 6716, 48 frames of 1275 and headers); a
// page holds more.
const maxOpusPacket = 61440

// head returns the stream's two header pages.
func (o *oggWriter) head(channels byte) []byte {
	id := append([]byte("OpusHead\x01"), channels, 0, 0)  // version, channels, pre-skip
	id = binary.LittleEndian.AppendUint32(id, 48000)      // of what was encoded
	id = append(id, 0, 0, 0)                              // gain, mapping
	tags := append([]byte("OpusTags"), 7, 0, 0, 0)        // length of the vendor's name
	tags = append(append(tags, "earshot"...), 0, 0, 0, 0) // no comments
	const first = 2
	return append(o.page(id, first), o.page(tags, 0)...)
}

// packet returns a page with one packet.
func (o *oggWriter) packet(p []byte) []byte {
	o.granule += uint64(opusSamples(p))
	return o.page(p, 0)
}

// page returns a page with one packet of up to maxOpusPacket bytes.
func (o *oggWriter) page(p []byte, flags byte) []byte {
	page := append([]byte("OggS\x00"), flags)
	page = binary.LittleEndian.AppendUint64(page, o.granule)
	page = binary.LittleEndian.AppendUint32(page, 1) // the stream's number
	page = binary.LittleEndian.AppendUint32(page, o.pages)
	page = append(page, 0, 0, 0, 0) // the checksum's place
	o.pages++
	page = append(page, byte(len(p)/255+1))
	for range len(p) / 255 {
		page = append(page, 255)
	}
	page = append(append(page, byte(len(p)%255)), p...)
	binary.LittleEndian.PutUint32(page[22:], oggChecksum(page))
	return page
}

// opusSamples is how long a packet is at 48 kHz, by its first bytes.
func opusSamples(p []byte) int {
	if len(p) == 0 {
		return 0
	}
	frames := []int{1, 2, 2, 0}[p[0]&3]
	if frames == 0 && len(p) > 1 {
		frames = int(p[1] & 0x3f)
	}
	config := int(p[0] >> 3)
	switch {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		return frames * []int{480, 960, 1920, 2880}[config&3]
	case config < 16: // hybrid: 10, 20 ms
		return frames * []int{480, 960}[config&1]
	}
	return frames * []int{120, 240, 480, 960}[config&3] // CELT: 2.5, 5, 10, 20 ms
}

// oggChecksum is CRC-32 with the usual polynomial, but without the reversals.
func oggChecksum(page []byte) uint32 {
	var sum uint32
	for _, b := range page {
		sum = sum<<8 ^ oggTable[byte(sum>>24)^b]
	}
	return sum
}

var oggTable = func() (table [256]uint32) {
	polynomial := bits.Reverse32(crc32.IEEE)
	for i := range table {
		sum := uint32(i) << 24
		for range 8 {
			carry := sum&(1<<31) != 0
			if sum <<= 1; carry {
				sum ^= polynomial
			}
		}
		table[i] = sum
	}
	return table
}()
