package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// A picture of few colours stays as it is; of one with many, each pixel has the nearest
// of those that are used most.
func TestShrinkKeepsTheColoursThatMatter(t *testing.T) {
	full := image.NewRGBA(image.Rect(0, 0, 64, 64))
	at := func(i int) (x, y int) { return i % 64, i / 64 }
	for i := range 64 * 64 {
		c := color.RGBA{200, 100, 50, 255}
		if i < 400 { // 200 colours, two pixels each
			c = color.RGBA{0, uint8(i / 2), 0, 255}
		} else if i < 800 { // and 400 more, a pixel each
			c = color.RGBA{uint8(i), 0, uint8(i/256) + 100, 255}
		}
		x, y := at(i)
		full.Set(x, y, c)
	}
	var shot bytes.Buffer
	if err := png.Encode(&shot, full); err != nil {
		t.Fatal(err)
	}
	b, err := shrink(shot.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	small, ok := img.(*image.Paletted)
	if !ok || len(small.Palette) > paletteSize {
		t.Fatalf("it is a %T", img)
	}
	for i := range 64 * 64 {
		x, y := at(i)
		got, want := rgb(small.At(x, y)), rgb(full.At(x, y))
		if i >= 400 && i < 800 {
			want = rgb(small.Palette.Convert(full.At(x, y)))
		}
		if got != want {
			t.Fatalf("pixel %d is %v, want %v", i, got, want)
		}
	}
	if _, err := shrink([]byte("no picture")); err == nil {
		t.Error("something that is no picture was shrunk")
	}
}

func TestPageOfACaseIsFound(t *testing.T) {
	dir := t.TempDir()
	index := `{"a": {"3.6": {"reportfile": "a_case_3_6.json"}}}`
	if err := os.WriteFile(filepath.Join(dir, "index.json"), []byte(index), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := pageOf(dir, "a", "3.6"); err != nil || got != "a_case_3_6.html" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, id := range []string{"3.7", ""} {
		if got, err := pageOf(dir, "a", id); err == nil {
			t.Errorf("%q: got %q", id, got)
		}
	}
}
