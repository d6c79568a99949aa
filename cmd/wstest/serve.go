package main

import (
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	"gobahn/cmd/wstest/internal/web"
)

// serveCommand serves a report, and shows how far the run has come that writes it.
func serveCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve DIR",
		Short: "Serve a report over HTTP, and show a run while it goes on",
		Long: `serve serves the report in DIR until it is interrupted. While a run goes on that writes
to DIR, a page shows results as they come; there need not be a report yet, nor the
directory. Files that are not part of a report, and what is not below DIR, are not
served. Who can reach the address can read the report: by default that is this machine.`,
		Example: `  wstest report serve reports/servers
  wstest report serve reports/clients --listen :8080`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("want one directory of reports: wstest report serve reports/servers")
			}
			return serveReport(cmd, args[0], listen)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	return cmd
}

func serveReport(cmd *cobra.Command, dir, listen string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return usagef("%s is no directory: want that of a report", dir)
	}
	if _, _, err := net.SplitHostPort(listen); err != nil {
		return usagef("--listen %q: want host:port", listen)
	}
	ln, err := listenTCP(net.Listen, listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Serving %s at http://%s/ until interrupted.\n", dir, ln.Addr())
	viewer := web.Viewer{Product: product, Dir: dir}
	return web.Serve(cmd.Context(), ln, viewer.Handler())
}
