package corpus

import "strings"

const htmlSize = 256 << 10 // characters

// timetable is a page with a table for every line, whose rows differ in little.
func timetable() []byte {
	const end = "-->\n</body>\n</html>\n"
	p := page{dice: 1862}
	p.WriteString(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Timetable of the Linden Valley Railway</title>
<style>
body { font: 15px/1.4 Georgia, serif; margin: 2em auto; max-width: 60em }
table { border-collapse: collapse; width: 100% }
th { background: #234; color: #fff; text-align: left }
td { border-bottom: 1px solid #ccc; padding: .2em .6em }
</style>
</head>
<body>
<h1>Timetable of the Linden Valley Railway</h1>
<p>Trains run every day unless the river says otherwise. Tickets are sold at the window and by the guard.</p>
`)
	stations := strings.Fields("Alderbrook Birchgate Cowslip Dunmere Elderford Foxholt Greywater Hazelby")
	lines := strings.Fields("Millpond Quarry Harbour Orchard Castle Meadow Lighthouse Brickworks Spa Pithead Vineyard Sawmill Heath")
	line, train, minute := 0, 0, 0
	characters := func() int { return p.Len() - line } // the dot in the name of a line has two octets
	for characters() < htmlSize-1000 {
		if train%30 == 0 {
			if line > 0 {
				p.WriteString("</table>\n")
			}
			line++
			p.printf("<h2>Line %d · %s</h2>\n<table>\n", line, lines[line%len(lines)])
			p.WriteString("<tr><th>Train</th><th>From</th><th>Leaves</th><th>Platform</th><th>Remarks</th></tr>\n")
			minute = 300 + p.roll(20)
		}
		train++
		minute += 15 + p.roll(20)
		p.printf(`<tr class="departure" id="train-%d">
  <td class="train"><a href="/trains/%[1]d.html" title="All stops of this train">%[1]d</a></td>
  <td class="from">%s</td>
  <td class="leaves"><time>%02d:%02d</time></td>
  <td class="platform">%d</td>
  <td class="remarks">second class only, bicycles if there is room</td>
</tr>
`, 2000+train, p.pick(stations), minute/60, minute%60, 1+p.roll(4))
	}
	p.WriteString("</table>\n<!--")
	p.WriteString(strings.Repeat(" ", htmlSize-characters()-len(end)) + end)
	return p.Bytes()
}
