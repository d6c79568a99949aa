package main

import (
	"github.com/spf13/cobra"

	"gobahn/report"
)

// schemaCommand prints what results.json looks like.
func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of results.json",
		Args:  usageArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(report.Schema)
			return err
		},
	}
}
