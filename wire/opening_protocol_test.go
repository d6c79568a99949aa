package wire_test

import (
	"testing"

	"gobahn/wire"
)

func TestSubprotocolIsTheFirstOfTheClientsThatIsOurs(t *testing.T) {
	for _, tt := range []struct {
		offers []string // one a field
		want   string
	}{
		{nil, ""},
		{[]string{"chat"}, "chat"},
		{[]string{"x, superchat ,chat"}, "superchat"},
		{[]string{"x", "chat, superchat"}, "chat"},
		{[]string{"CHAT, chatter,,"}, ""},
	} {
		var request wire.Head
		for _, offer := range tt.offers {
			request.Add("Sec-WebSocket-Protocol", offer)
		}
		got := wire.ChooseProtocol(request, []string{"chat", "superchat"})
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.offers, got, tt.want)
		}
	}
}

func TestResponseMayChooseASubprotocolThatWasOffered(t *testing.T) {
	request := wire.Opening{Key: rfcKey, Protocols: []string{"chat", "superchat"}}.Request()
	if got := request.Get("Sec-WebSocket-Protocol"); got != "chat,superchat" {
		t.Errorf("offered %q", got)
	}
	for protocol, want := range map[string]string{
		"":          "",
		"superchat": "",
		"other":     `the response has subprotocol "other", which was not asked for`,
	} {
		response := wire.Response(request, "Gobahn", "", protocol)
		checkError(t, protocol, wire.CheckResponse(response, rfcKey, "chat", "superchat"), want)
	}
}

func TestOpeningOfADraftAndWithFieldsOfTheUser(t *testing.T) {
	o := wire.Opening{Target: "/", Host: "localhost", UserAgent: "Gobahn", Key: rfcKey, Origin: "http://a", Version: 8}
	o.Fields = []wire.Field{{Name: "host", Value: "elsewhere"}, {Name: "Cookie", Value: "a=b"}}
	h := o.Request()
	for name, want := range map[string]string{
		"Sec-WebSocket-Version": "8", "Sec-WebSocket-Origin": "http://a", "Origin": "",
		"Host": "elsewhere", "Cookie": "a=b",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if err := wire.CheckRequest(h, 8, 13); err != nil {
		t.Errorf("versions 8 and 13: %v", err)
	}
	checkError(t, "version 13", wire.CheckRequest(h), wire.ErrVersion.Error())
}
