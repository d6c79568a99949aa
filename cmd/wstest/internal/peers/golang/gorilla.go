package main

import (
	"net"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

func serveGorilla(ln net.Listener) error {
	upgrader := websocket.Upgrader{EnableCompression: true, CheckOrigin: func(*http.Request) bool { return true }}
	return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := upgrader.Upgrade(w, r, nil); err == nil {
			echoGorilla(conn)
		}
	}))
}

func visitGorilla(url string) (string, error) {
	conn, _, err := (&websocket.Dialer{EnableCompression: true}).Dial(url, nil)
	if err != nil {
		return "", err
	}
	return echoGorilla(conn), nil
}

// echoGorilla leaves it to its caller to check text, as the library does.
func echoGorilla(conn *websocket.Conn) (first string) {
	defer conn.Close()
	conn.SetReadLimit(readLimit)
	for n := 0; ; n++ {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return first
		}
		if kind == websocket.TextMessage && !utf8.Valid(message) {
			reply := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "")
			_ = conn.WriteControl(websocket.CloseMessage, reply, time.Now().Add(time.Second))
			return first
		}
		if n == 0 {
			first = string(message)
		}
		if conn.WriteMessage(kind, message) != nil {
			return first
		}
	}
}
