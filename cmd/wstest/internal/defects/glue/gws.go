//go:build ignore

package main

import (
	"os"

	"github.com/lxzan/gws"
)

type echo struct{ gws.BuiltinEventHandler }

func (echo) OnPing(conn *gws.Conn, payload []byte) { _ = conn.WritePong(payload) }

func (echo) OnMessage(conn *gws.Conn, message *gws.Message) {
	defer message.Close()
	_ = conn.WriteMessage(message.Opcode, message.Bytes())
}

func main() {
	panic(gws.NewServer(echo{}, &gws.ServerOption{
		CheckUtf8Enabled: true, ReadMaxPayloadSize: 64 << 10,
		PermessageDeflate: gws.PermessageDeflate{Enabled: true, ServerContextTakeover: true, ClientContextTakeover: true},
	}).Run("127.0.0.1:" + os.Args[1]))
}
