package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// width is that of pictures, in pixels.
const width = 1100

// sizeLimit is how many octets a picture may have.
const sizeLimit = 150 << 10

// A picture is of one page of the report.
type picture struct {
	name   string // of the file, without extension
	height int64  // pixels
	page   func(dir string) (file string, err error)
}

var pictures = []picture{
	{"overview", 1000, func(string) (string, error) { return "index.html", nil }},
	{"case", 900, func(dir string) (string, error) { return pageOf(dir, serversUnderTest[1].name, shown) }},
}

// pageOf is the page of a case, as index.json names its files.
func pageOf(dir, agent, id string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		return "", err
	}
	var index map[string]map[string]struct{ Reportfile string }
	if err := json.Unmarshal(b, &index); err != nil {
		return "", err
	}
	file := index[agent][id].Reportfile
	if filepath.Ext(file) != ".json" {
		return "", fmt.Errorf("the report has no case %s of %s", id, agent)
	}
	return file[:len(file)-len(".json")] + ".html", nil
}

// takeAll takes all pictures of the report in dir.
func takeAll(ctx context.Context, dir, outdir string) error {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"),
		chromedp.NoSandbox, // which needs a user other than root
		chromedp.DisableGPU,
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"),
	)
	ctx, release := chromedp.NewExecAllocator(ctx, options...)
	defer release()
	browser, cancel := chromedp.NewContext(ctx)
	defer cancel()
	for _, p := range pictures {
		shot, err := p.take(browser, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		small, err := shrink(shot)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if len(small) > sizeLimit {
			return fmt.Errorf("%s: the picture has %d octets, want %d at most", p.name, len(small), sizeLimit)
		}
		name := filepath.Join(outdir, p.name+".png")
		if err := os.WriteFile(name, small, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d octets\n", name, len(small))
	}
	return nil
}

// take has the browser show the page.
func (p picture) take(browser context.Context, dir string) ([]byte, error) {
	file, err := p.page(dir)
	if err != nil {
		return nil, err
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, file))}
	if err := chromedp.Do(browser, chromedp.EmulateViewport(width, p.height), chromedp.Navigate(address.String()), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
		return nil, err
	}
	return chromedp.Run(browser, chromedp.CaptureScreenshot()) // of the viewport
}

// shrink is the picture with a palette.
func shrink(shot []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&out, reduce(full))
	return out.Bytes(), err
}

// reduce gives img a palette of the colours that are used most, and each pixel the
// nearest of them. That is good enough for text on plain grounds, and no dithering keeps
// it small.
func reduce(img image.Image) *image.Paletted {
	b := img.Bounds()
	small := image.NewPaletted(b, paletteOf(img))
	known := make(map[[3]uint8]uint8)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := rgb(img.At(x, y))
			index, ok := known[c]
			if !ok {
				index = uint8(small.Palette.Index(opaque(c)))
				known[c] = index
			}
			small.SetColorIndex(x, y, index)
		}
	}
	return small
}
