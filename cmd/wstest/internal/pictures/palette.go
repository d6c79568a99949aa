package main

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// paletteSize is how many colours a picture has at most: an octet a pixel.
const paletteSize = 256

// paletteOf is the colours of img that are used most.
func paletteOf(img image.Image) color.Palette {
	counts := make(map[[3]uint8]int)
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			counts[rgb(img.At(x, y))]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b [3]uint8) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), slices.Compare(a[:], b[:]))
	})
	var palette color.Palette
	for _, c := range colours[:min(len(colours), paletteSize)] {
		palette = append(palette, opaque(c))
	}
	return palette
}

// rgb is a colour without its opacity: pages are opaque.
func rgb(c color.Color) [3]uint8 {
	r, g, b, _ := c.RGBA()
	return [3]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}
}

func opaque(c [3]uint8) color.Color { return color.RGBA{c[0], c[1], c[2], 255} }
