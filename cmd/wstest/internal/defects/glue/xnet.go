//go:build ignore

package main

import (
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

func main() {
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], websocket.Server{Handler: func(conn *websocket.Conn) {
		for {
			var message []byte
			if websocket.Message.Receive(conn, &message) != nil || websocket.Message.Send(conn, message) != nil {
				return
			}
		}
	}}))
}
