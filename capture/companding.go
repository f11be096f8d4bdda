package capture

// ITU-T G.711: telephone sound, 8 bits a sample.

// fromMuLaw returns the sample of 16 bits that b stands for.
func fromMuLaw(b byte) int16 {
	const bias = 0x84
	b = ^b
	v := (int(b&0x0f)<<3 + bias) << (b & 0x70 >> 4)
	if b&0x80 != 0 {
		return int16(bias - v)
	}
	return int16(v - bias)
}

// fromALaw returns the sample of 16 bits that b stands for.
func fromALaw(b byte) int16 {
	b ^= 0x55
	v := int(b&0x0f)<<4 + 8
	if exponent := b & 0x70 >> 4; exponent > 0 {
		v = (v + 0x100) << (exponent - 1)
	}
	if b&0x80 == 0 {
		v = -v
	}
	return int16(v)
}
