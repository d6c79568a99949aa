package templates

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"testing"
)

// TestContrast holds the colours of each theme to WCAG 2.2: 4.5 for text (1.4.3), 3 for
// what else has to be seen (1.4.11).
func TestContrast(t *testing.T) {
	text := [][2]string{
		{"ink", "page"}, {"ink", "panel"}, {"soft", "page"}, {"soft", "panel"}, {"link", "page"}, {"link", "panel"},
		{"bad-ink", "page"}, {"rx", "panel"}, {"tx", "panel"}, {"timer", "panel"},
	}
	for _, cell := range []string{"ok", "fair", "info", "none", "bad"} {
		for _, ink := range []string{"ink", "soft", "bad-ink"} {
			text = append(text, [2]string{ink, cell})
		}
	}
	seen := [][2]string{{"edge", "page"}, {"bar-P", "page"}, {"bar-N", "page"}, {"bar-I", "page"}, {"bar-U", "page"}, {"bar-F", "page"}}
	for theme, colours := range themes(t) {
		for _, pair := range text {
			checkContrast(t, theme, colours, pair, 4.5)
		}
		if theme == "print" { // where the number beside a bar has to do
			continue
		}
		for _, pair := range seen {
			checkContrast(t, theme, colours, pair, 3)
		}
	}
}

func checkContrast(t *testing.T, theme string, colours map[string]string, pair [2]string, least float64) {
	t.Helper()
	ink, ground := colours[pair[0]], colours[pair[1]]
	if ink == "" || ground == "" {
		t.Errorf("%s: %v: one is not defined", theme, pair)
		return
	}
	a, b := luminance(ink), luminance(ground)
	if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < least {
		t.Errorf("%s: %s %s on %s %s has a contrast of %.2f, want %.1f", theme, pair[0], ink, pair[1], ground, got, least)
	}
}

// themes are the colours by the name of the theme. What a theme does not define is as in
// the light one.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	list := map[string]map[string]string{"light": {}, "dark": {}, "print": {}}
	block := regexp.MustCompile(`(?m)^(?:@media (\(prefers-color-scheme: dark\)|print) \{\n  )?:root \{([^}]*)\}`)
	colour := regexp.MustCompile(`--([a-zA-Z-]+): (#[0-9a-f]{6});`)
	for _, theme := range []string{"light", "dark", "print"} {
		for _, m := range block.FindAllStringSubmatch(stylesheet+overviewStyle, -1) {
			own := map[string]string{"": "light", "(prefers-color-scheme: dark)": "dark", "print": "print"}[m[1]]
			if own != theme && own != "light" {
				continue
			}
			for _, c := range colour.FindAllStringSubmatch(m[2], -1) {
				if _, defined := list[theme][c[1]]; !defined || own == theme {
					list[theme][c[1]] = c[2]
				}
			}
		}
	}
	return list
}

// luminance is the relative luminance of #rrggbb, as WCAG 2.2 defines it.
func luminance(colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", colour, err))
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
