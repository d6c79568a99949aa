package fuzzer_test

import (
	"context"
	"fmt"
	"net"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// A client plays cases against a server, and hands over each as it is judged.
func ExampleClient() {
	// Any WebSocket server that sends back what it receives; here one in memory.
	server := pipeDialler(func(nc net.Conn) { new(rawPeer).serve(nc) })

	client := fuzzer.Client{
		Config: fuzzer.Config{Seed: 1, Dialler: server},
		URL:    "ws://echo.example/",
		Agent:  "echo",
	}
	list, err := cases.Select(cases.Catalogue, []string{"2.2", "3.6"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = client.Run(context.Background(), list, func(p fuzzer.Played) error {
		fmt.Println(p.Case.ID, p.Result.Verdict, p.Result.CloseVerdict, "got", p.Observation.Events)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 2.2 OK OK got pong "Hello, world!"
	// 3.6 OK OK got nothing
	// <nil>
}
