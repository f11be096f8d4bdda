package main

import "math"

// toHalf rounds v to IEEE half precision, ties away from zero. What is below
// its normal range becomes 0: subnormal numbers would be slow.
func toHalf(v float32) uint16 {
	bits := math.Float32bits(v)
	sign := uint16(bits >> 16 & 0x8000)
	rounded := bits&0x7fffffff + 0x1000
	exponent := int(rounded>>23) - 127 + 15
	switch {
	case exponent <= 0:
		return sign
	case exponent >= 31:
		return sign | 0x7c00
	}
	return sign | uint16(exponent<<10) | uint16(rounded>>13&0x3ff)
}
