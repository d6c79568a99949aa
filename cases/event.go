package cases

// An Event is one thing we observe. Events are values: Got, Mark, Echoed, Ended.
type Event interface {
	event()
	// String shows the event in the notation of reports.
	String() string
}

// Events is a sequence of events, in the order they were observed.
type Events []Event

// Got is a message or a control frame other than close.
type Got struct {
	Opcode  Op      `json:"opcode"` // text, binary, ping or pong
	Payload Payload `json:"payload,omitzero"`
}

// Mark is a Wait that found the connection still open.
type Mark struct {
	Name string `json:"name"`
}

// Echoed is an Echo that ran to its end.
type Echoed struct {
	Count int `json:"count"`
}

// Ended is the end of TCP by the peer. Only a Passive case observes it.
type Ended struct{}

func (Ended) event()  {}
func (Got) event()    {}
func (Mark) event()   {}
func (Echoed) event() {}

// GotText is a text message with the octets of s.
func GotText(s string) Event { return Got{OpText, Of(s)} }

// GotBinary is a binary message with the octets of s.
func GotBinary(s string) Event { return Got{OpBinary, Of(s)} }

// GotPong is a pong with the octets of s.
func GotPong(s string) Event { return Got{OpPong, Of(s)} }

// Equal reports whether e and f are the same events in the same order, however
// their payloads are described.
func (e Events) Equal(f Events) bool {
	if len(e) != len(f) {
		return false
	}
	for i := range e {
		if !sameEvent(e[i], f[i]) {
			return false
		}
	}
	return true
}

// sameEvent reports whether a and b are the same event.
func sameEvent(a, b Event) bool {
	g, ok := a.(Got)
	if !ok {
		return a == b
	}
	h, ok := b.(Got)
	return ok && g.Opcode == h.Opcode && g.Payload.Equal(h.Payload)
}
