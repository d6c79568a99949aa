package main

import "github.com/spf13/cobra"

// reportCommand is what can be done with reports that are there.
func reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Convert, compare, merge and serve reports",
		Args:  usageArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("want a command: wstest report --help lists them")
		},
	}
	cmd.AddCommand(convertCommand(), diffCommand(), mergeCommand(), schemaCommand(), serveCommand())
	return cmd
}
