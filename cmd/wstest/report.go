package main

import "github.com/spf13/cobra"

// reportCommand is what can be done with the results of runs.
func reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Convert the results of runs",
		Args:  usageArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(convertCommand(), schemaCommand())
	return cmd
}
