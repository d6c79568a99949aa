package corpus

import "strings"

const jsonSize = 192 << 10 // octets

// logbook is a JSON array of what was reported of each train: records that differ
// from the one before in a few digits.
func logbook() []byte {
	const end = "]\n"
	p := page{dice: 1835}
	signals := strings.Fields("clear clear clear clear clear clear caution stop")
	minute, metre := 0, 0
	p.WriteString("[\n")
	for p.Len() < jsonSize-400 {
		minute += 1 + p.roll(3)
		metre += 40 + p.roll(800)
		p.printf(`  {
    "train": {
      "number": %d,
      "metre": %d,
      "minute": %d,
      "signal": "%s"
    },
    "faults": {
      "brake": null,
      "doors": null,
      "lamps": null
    },
    "remarks": null
  },
`, 7000+minute, metre%90000, minute%60, p.pick(signals))
	}
	p.Truncate(p.Len() - len(",\n"))
	p.WriteString("\n" + strings.Repeat(" ", jsonSize-p.Len()-1-len(end)) + end)
	return p.Bytes()
}
