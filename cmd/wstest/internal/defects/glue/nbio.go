//go:build ignore

package main

import (
	"net/http"
	"os"

	"github.com/lesismal/nbio/nbhttp"
	"github.com/lesismal/nbio/nbhttp/websocket"
)

func main() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upgrader := websocket.NewUpgrader() // which belongs to one connection in old versions
		upgrader.OnMessage(func(conn *websocket.Conn, kind websocket.MessageType, message []byte) {
			_ = conn.WriteMessage(kind, message)
		})
		_, _ = upgrader.Upgrade(w, r, nil)
	})
	server := nbhttp.NewServer(nbhttp.Config{Network: "tcp", Addrs: []string{"127.0.0.1:" + os.Args[1]}}, handler, nil)
	if err := server.Start(); err != nil {
		panic(err)
	}
	select {}
}
