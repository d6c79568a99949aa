package corpus

import "encoding/binary"

const (
	bitmapWidth  = 512  // pixels, and octets of a row
	bitmapHeight = 509  // pixels
	bitmapPixels = 1536 // octets before the first pixel
)

// photograph is a grey BMP of a viaduct at dusk, with the grain of the film.
func photograph() []byte {
	size := bitmapPixels + bitmapWidth*bitmapHeight
	b := make([]byte, 0, size)
	le := binary.LittleEndian
	b = append(b, "BM"...)
	b = le.AppendUint32(b, uint32(size))
	b = le.AppendUint32(b, 0) // reserved
	b = le.AppendUint32(b, bitmapPixels)
	b = le.AppendUint32(b, 40) // octets of the rest of the header
	b = le.AppendUint32(b, bitmapWidth)
	b = le.AppendUint32(b, bitmapHeight)
	b = le.AppendUint16(b, 1) // planes
	b = le.AppendUint16(b, 8) // bits a pixel
	b = le.AppendUint32(b, 0) // not compressed
	b = le.AppendUint32(b, bitmapWidth*bitmapHeight)
	b = le.AppendUint32(b, 2835) // pixels a metre, across
	b = le.AppendUint32(b, 2835) // and up
	b = le.AppendUint32(b, 256)  // colours
	b = le.AppendUint32(b, 0)    // all of them matter
	for grey := range 256 {
		b = append(b, byte(grey), byte(grey), byte(grey), 0)
	}
	b = append(b, make([]byte, bitmapPixels-len(b))...)
	grain := dice(1851)
	for y := bitmapHeight - 1; y >= 0; y-- { // BMPs begin at the bottom
		for x := range bitmapWidth {
			grey := scene(x, y) + grain.roll(25) + grain.roll(25) - 24
			b = append(b, byte(min(max(grey, 0), 255)))
		}
	}
	return b
}

// scene is how bright the scene is at x from the left and y from the top.
func scene(x, y int) int {
	moon := (x-400)*(x-400) + (y-80)*(y-80)
	switch {
	case viaduct(x, y):
		return 70 + clouds(x*2, y*4+4000)*2/3
	case y > 430-x/16: // the river mirrors the sky
		return 220 - clouds(x/3, y*3+6000)*4/5
	case y > 170+x/8+clouds(x/2, 1000)/3: // the hills
		return 30 + clouds(x, y+2000)*3/5
	case moon < 30*30:
		return 235
	}
	return 250 - y/4 - clouds(x, y)*5/8
}

// viaduct tells whether stone is there: a deck on round arches.
func viaduct(x, y int) bool {
	const deck, parapet, span = 230, 212, 96
	if y < parapet || y > 460 {
		return false
	}
	if y < deck {
		return true
	}
	dx, dy := x%span-span/2, y-(deck+50)
	const radius = 36
	inArch := dx > -radius && dx < radius && (dy > 0 || dx*dx+dy*dy < radius*radius)
	return !inArch
}

// clouds is noise without a period, from 0 to 255: random heights at the corners
// of ever smaller squares, smoothly joined and added up.
func clouds(x, y int) int {
	return (smooth(x, y, 6)*8 + smooth(x, y, 5)*4 + smooth(x, y, 4)*2 + smooth(x, y, 3)) / 15
}

// smooth is the height at x, y between the corners of its square, whose sides
// are 1<<k pixels, from 0 to 255.
func smooth(x, y, k int) int {
	side := 1 << k
	corner := func(i, j int) int { return int(mix(uint64(i)<<40|uint64(j)<<8|uint64(k)) >> 56) }
	ease := func(t int) int { return t * t * (3*side - 2*t) >> (2 * k) } // 0 to side, level at both ends
	i, j := x>>k, y>>k
	u, v := ease(x&(side-1)), ease(y&(side-1))
	top := corner(i, j)*(side-u) + corner(i+1, j)*u
	bottom := corner(i, j+1)*(side-u) + corner(i+1, j+1)*u
	return (top*(side-v) + bottom*v) >> (2 * k)
}
