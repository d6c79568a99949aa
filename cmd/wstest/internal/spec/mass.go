package spec

import "time"

// A MassConnect is the spec file of the mode massconnect.
type MassConnect struct {
	Connections int // to each server
	BatchSize   int // connections that are begun at a time
	BatchDelay  time.Duration
	RetryDelay  time.Duration
	Servers     []MassServer
}

// A MassServer is a server that many connections are made to.
type MassServer struct {
	Name string
	URI  string
	At   Position // of URI
	Desc string
}

// ParseMassConnect parses the text of a spec file of the mode massconnect.
func ParseMassConnect(file string, text []byte) (MassConnect, []Warning, error) {
	m := MassConnect{
		Connections: 1000,
		BatchSize:   500,
		BatchDelay:  time.Second,
		RetryDelay:  200 * time.Millisecond,
	}
	return parseInto(&m, file, text, func(r *reader, v value) {
		r.object(v, level{noun: "key", fields: fields{
			"options": func(v value) { r.massOptions(v, &m) },
			"servers": func(v value) { m.Servers = r.massServers(v) },
		}})
	})
}

func (r *reader) massOptions(v value, m *MassConnect) {
	r.object(v, level{noun: "option", fields: fields{
		"connections": into(r.connections, &m.Connections),
		"batchsize":   into(r.connections, &m.BatchSize),
		"batchdelay":  into(r.milliseconds, &m.BatchDelay),
		"retrydelay":  into(r.milliseconds, &m.RetryDelay),
	}})
}

// connections reads a number of them.
func (r *reader) connections(v value) (int, bool) {
	const most = 1e6
	x, ok := r.whole(v, "connections", 1, most)
	return int(x), ok
}

func (r *reader) massServers(v value) (list []MassServer) {
	for _, item := range r.items(v, "a list of objects") {
		var s MassServer
		r.object(item, level{noun: "key", fields: fields{
			"name": into(r.text, &s.Name),
			"uri":  r.url(&s.URI, &s.At),
			"desc": into(r.text, &s.Desc),
		}})
		r.require(item, "uri")
		list = append(list, s)
	}
	return list
}
