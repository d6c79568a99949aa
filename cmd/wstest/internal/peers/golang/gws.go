package main

import (
	"net"

	"github.com/lxzan/gws"
)

var gwsDeflate = gws.PermessageDeflate{Enabled: true, ServerContextTakeover: true, ClientContextTakeover: true}

func serveGWS(ln net.Listener) error {
	return gws.NewServer(&gwsEcho{}, &gws.ServerOption{
		CheckUtf8Enabled: true, ReadMaxPayloadSize: readLimit, WriteMaxPayloadSize: readLimit, PermessageDeflate: gwsDeflate,
	}).RunListener(ln)
}

func visitGWS(url string) (string, error) {
	echo := &gwsEcho{}
	conn, _, err := gws.NewClient(echo, &gws.ClientOption{
		Addr: url, CheckUtf8Enabled: true, ReadMaxPayloadSize: readLimit, WriteMaxPayloadSize: readLimit, PermessageDeflate: gwsDeflate,
	})
	if err != nil {
		return "", err
	}
	conn.ReadLoop()
	return echo.first, nil
}

// A gwsEcho sends back what comes.
type gwsEcho struct {
	gws.BuiltinEventHandler
	first string // message; of a client
}

func (*gwsEcho) OnPing(conn *gws.Conn, payload []byte) { _ = conn.WritePong(payload) }

func (e *gwsEcho) OnMessage(conn *gws.Conn, message *gws.Message) {
	defer message.Close()
	if e.first == "" && message.Data.Len() < 100 {
		e.first = message.Data.String()
	}
	_ = conn.WriteMessage(message.Opcode, message.Bytes())
}
