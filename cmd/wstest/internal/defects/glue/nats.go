//go:build ignore

package main

import (
	"os"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
)

// A message broker, which greets everyone and echoes nothing.
func main() {
	port, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	options := &server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true}
	options.Websocket.Host, options.Websocket.Port = "127.0.0.1", port
	options.Websocket.NoTLS, options.Websocket.Compression = true, true
	broker, err := server.NewServer(options)
	if err != nil {
		panic(err)
	}
	broker.Start()
	broker.WaitForShutdown()
}
