package report

import (
	"encoding/binary"
	"testing"
	"time"

	"gobahn/cases"
)

// BenchmarkRun writes all there is to write of a run: every case of the catalogue
// against one agent.
func BenchmarkRun(b *testing.B) {
	records := wholeRun("gorilla")
	run := Run{Product: "Gobahn/0.1.0", Profile: "autobahn", Seed: 42, Cases: planned(records)}
	b.ReportAllocs()
	for b.Loop() {
		w, err := Open(b.TempDir(), run)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range records {
			if err := w.Add(r); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}

func planned(records []Record) (ids []cases.ID) {
	for _, r := range records {
		ids = append(ids, r.Case.ID)
	}
	return ids
}

// TestWholeRun makes sure that what is measured is what a run consists of.
func TestWholeRun(t *testing.T) {
	for _, r := range wholeRun("gorilla") {
		if r.Result.Headline != "" || r.Result.Verdict == cases.Unimplemented {
			t.Errorf("%s: %s, %s", r.Case.ID, r.Result.Verdict, r.Result.Says)
		}
		if len(r.Observation.Wirelog) < 6 {
			t.Errorf("%s: the log has %d rows", r.Case.ID, len(r.Observation.Wirelog))
		}
	}
}

// wholeRun is every case of the catalogue as a server plays it that does what is
// accepted best.
func wholeRun(agent string) (records []Record) {
	for i, c := range cases.Catalogue {
		r := fulfilled(c)
		r.Agent, r.Number = agent, i+1
		records = append(records, r)
	}
	return records
}

// fulfilled is c played by a server that does what is accepted best.
func fulfilled(c cases.Case) Record {
	heads := toGorilla("RCiZBLWCwXraJZg8ARw/bw==")
	o := opened(false, 8, heads, gorillaReply+"xanm5GirTvoaqJYTOm9r5reS7zw=\r\n\r\n")
	o.Seed = 42
	o.Events = c.Accept[0].Events
	if c.Deflate != nil {
		o.Deflate = &c.Deflate.Accept[0]
	}
	ending := c.Ending.CloseCodes()[0]
	rows := scriptRows(c.Script)
	for _, e := range o.Events {
		switch e := e.(type) {
		case cases.Got:
			rows = append(rows, rxPayload(e.Payload, e.Opcode)...)
		case cases.Echoed:
			o.Echoes = e.Count
			o.Traffic = compressed1211().Observation.Traffic
		}
	}
	payload := string(binary.BigEndian.AppendUint16(nil, ending))
	rows = append(rows,
		timer(cases.FailSet, cases.Second),
		rxFrame(cases.OpClose, payload, ""), rx("880203e8"),
		txFrame(cases.OpClose, payload, "cd72aea0"), tx("8882cd72aea0ce9a"))
	r := record(c.ID, c.Accept, c.Ending, o, cleanly(!c.Ending.Peer, 1000, ending), rows...)
	r.Case = c
	for i := range r.Observation.Wirelog {
		r.Observation.Wirelog[i].At = cases.Duration(i) * cases.Duration(time.Millisecond)
	}
	return rejudged(r)
}

// scriptRows are what the log has about what we send. An Echo is not in it.
func scriptRows(script cases.Script) (rows []cases.Row) {
	for _, step := range script {
		switch step := step.(type) {
		case cases.Frame:
			rows = append(rows, txPayload(step)...)
		case cases.Message:
			for _, f := range step.Frames() {
				rows = append(rows, txPayload(f)...)
			}
		case cases.Split:
			rows = append(rows, txPayload(step.Frame)...)
		case cases.Wait:
			rows = append(rows, pause(step.Mark)...)
		case cases.Echo:
			rows = append(rows, logOff, timer(cases.CloseSet, 60*cases.Second), logOn)
		}
	}
	return rows
}

func txPayload(f cases.Frame) []cases.Row {
	octets := f.Payload.Octets()
	sent := row(cases.TxOctets, append(unhex("818db55bae24"), octets...))
	frame := row(cases.TxFrame, octets)
	frame.Opcode, frame.FIN, frame.RSV, frame.Key = f.Opcode, !f.NoFIN, f.RSV, "b55bae24"
	return []cases.Row{frame, sent}
}

func rxPayload(p cases.Payload, op cases.Op) []cases.Row {
	octets := p.Octets()
	frame := row(cases.RxFrame, octets)
	frame.Opcode, frame.FIN = op, true
	return []cases.Row{row(cases.RxOctets, append(unhex("818d"), octets...)), frame}
}
