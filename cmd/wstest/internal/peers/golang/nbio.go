package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/lesismal/nbio/nbhttp"
	nbws "github.com/lesismal/nbio/nbhttp/websocket"
)

// nbioUpgrader has connections that send back what comes, after seen was told of it.
// The library checks text.
func nbioUpgrader(seen func(message []byte)) *nbws.Upgrader {
	upgrader := nbws.NewUpgrader()
	upgrader.CheckOrigin = func(*http.Request) bool { return true }
	upgrader.EnableCompression(true)
	upgrader.OnMessage(func(conn *nbws.Conn, kind nbws.MessageType, message []byte) {
		seen(message)
		_ = conn.WriteMessage(kind, message)
	})
	upgrader.OnOpen(func(conn *nbws.Conn) { conn.MessageLengthLimit = readLimit })
	return upgrader
}

// serveNbio serves with the poller of the library.
func serveNbio(ln net.Listener) error {
	upgrader := nbioUpgrader(func([]byte) {})
	engine := nbhttp.NewEngine(nbhttp.Config{
		Network: "tcp", Addrs: []string{ln.Addr().String()},
		// It listens where we do, without a moment in which nobody does.
		Listen:    func(string, string) (net.Listener, error) { return ln, nil },
		ReadLimit: readLimit, MaxWriteBufferSize: readLimit,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = upgrader.Upgrade(w, r, nil)
		}),
	})
	if err := engine.Start(); err != nil {
		return err
	}
	select {}
}

func visitNbio(url string) (first string, err error) {
	engine := nbhttp.NewEngine(nbhttp.Config{ReadLimit: readLimit, MaxWriteBufferSize: readLimit})
	if err := engine.Start(); err != nil {
		return "", err
	}
	defer engine.Shutdown(context.Background())
	upgrader := nbioUpgrader(func(message []byte) {
		if first == "" {
			first = string(message)
		}
	})
	ended := make(chan struct{})
	upgrader.OnClose(func(*nbws.Conn, error) { close(ended) })
	dialer := &nbws.Dialer{Engine: engine, Upgrader: upgrader, DialTimeout: 10 * time.Second, EnableCompression: true}
	conn, _, err := dialer.Dial(url, nil)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	<-ended
	return first, nil
}
