package corpus

import (
	"fmt"
	"strings"
)

const pdfSize = 1 << 20 // octets

// brochure is a PDF. Every page has the plan of a stretch of track, the rules of
// the railway, and a photograph that shows nothing but grain: octets that do not
// compress.
func brochure() []byte {
	const (
		stretches                   = 102 // pages
		catalog, pages, font, first = 1, 2, 3, 4
		width                       = 64                   // samples across a photograph
		room                        = 20*3*stretches + 600 // octets that remain for what follows the last photograph
	)
	p := pdf{page: page{dice: 1879}}
	p.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") // the second line says that it is binary
	var kids strings.Builder
	for i := range stretches {
		fmt.Fprintf(&kids, " %d 0 R", first+3*i)
	}
	p.object("<< /Type /Catalog /Pages %d 0 R >>", pages)
	p.object("<< /Type /Pages /Count %d /Kids [%s ] >>", stretches, kids.String())
	p.object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	for i := range stretches {
		this := first + 3*i
		p.object("<< /Type /Page /Parent %d 0 R /MediaBox [ 0 0 595 842 ] /Contents %d 0 R\n"+
			"/Resources << /Font << /F1 %d 0 R >> /XObject << /Photo %d 0 R >> >> >>", pages, this+1, font, this+2)
		p.stream("", p.plan(i))
		height := 70 + p.roll(80)
		if i == stretches-1 {
			height = (pdfSize - room - p.Len()) / width
		}
		p.stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 ",
			width, height), p.grain(width*height))
	}
	fill := pdfSize - p.Len() - len(p.trailer(catalog))
	p.WriteString("%" + strings.Repeat(".", fill-len("%\n")) + "\n")
	p.WriteString(p.trailer(catalog))
	return p.Bytes()
}

// A pdf knows where its objects begin.
type pdf struct {
	page
	offsets []int
}

// object writes the next object; the first is number 1.
func (p *pdf) object(format string, args ...any) {
	p.offsets = append(p.offsets, p.Len())
	p.printf("%d 0 obj\n"+format+"\nendobj\n", append([]any{len(p.offsets)}, args...)...)
}

func (p *pdf) stream(entries, octets string) {
	p.object("<< %s/Length %d >>\nstream\n%s\nendstream", entries, len(octets), octets)
}

// trailer is the table of objects and where it begins, which is here.
func (p *pdf) trailer(root int) string {
	var t strings.Builder
	fmt.Fprintf(&t, "xref\n0 %d\n0000000000 65535 f \n", len(p.offsets)+1)
	for _, offset := range p.offsets {
		fmt.Fprintf(&t, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&t, "trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(p.offsets)+1, root, p.Len())
	return t.String()
}

func (p *pdf) grain(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(p.roll(256))
	}
	return string(b)
}

// plan draws a stretch of track, its signals and, below, the rules.
func (p *pdf) plan(stretch int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "BT /F1 18 Tf 60 780 Td (Linden Valley Railway, sheet %d) Tj ET\n", stretch+1)
	s.WriteString("q 240 0 0 240 295 500 cm /Photo Do Q\n0.5 w\n")
	x, y := 60, 400
	for x < 535 {
		fmt.Fprintf(&s, "%d %d m ", x, y)
		x, y = x+4+p.roll(10), y-10+p.roll(21)
		fmt.Fprintf(&s, "%d %d l S\n", x, y)
	}
	s.WriteString("BT /F1 9 Tf 12 TL 60 350 Td\n")
	for i, rule := range rules {
		fmt.Fprintf(&s, "(%d. %s) Tj T*\n", i+1, rule)
	}
	s.WriteString("ET\n")
	return s.String()
}

var rules = strings.Split(`A driver who sees no signal stops until there is one.
Nobody walks on the viaduct, nor jumps from it, during the hours of service.
Cows go first. Geese may be asked politely to wait.
Guards carry a lamp, a whistle, two flags and a clean handkerchief.
Whoever finds an umbrella brings it to Orchard, where the others are.
The stove of the third carriage is lit from October, the window is not opened.
Milk churns travel standing, passengers as they can.
Points are thrown by hand and looked at twice; in frost, thrice.
A late train does not hurry. It has missed its hour and shall not also miss a bend.
Between Quarry and Castle the whistle is sounded softly because of the abbey.
Coal is weighed before noon. What falls beside the scales belongs to the scales.
Tickets are valid on the day printed, and on the next if it snowed.
It is forbidden to lean a ladder against a moving train.
Telegrams are read aloud once, then filed under the name of the weather.
Of two trains that meet on a single line the lighter one goes back.
Bicycles hang from hooks, skis lie below, kites stay outside.
Each station has one clock. If it has two, the stationmaster chooses in the morning.
When fog covers the river, fishermen show a white light and keep their boats moored.
Sleeping passengers are woken at the terminus, gently, by title.
Complaints fit into the box beside the pump, which is emptied every leap year.`, "\n")
