package command

import (
	"context"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/nomad"
	"github.com/grader/grader/schema"
)

// nomadFindings checks the cluster of the flavours' pool, and the interface through which
// its runners reach this server.
func nomadFindings(ctx context.Context, c configs.Config, flavours []schema.Flavour) []finding {
	findings := runnersInterface(c.Nomad.Runners).findings(ctx)
	address, err := service.NomadAddress(c.Nomad)
	if err != nil {
		return append(findings, finding{What: "nomad token", Needed: true, Says: err.Error(),
			Remedy: "put the token in the file nomad.token_file, readable by the server alone"})
	}
	settings, err := service.NomadSettings(c)
	if err != nil {
		return append(findings, finding{What: "nomad", Needed: true, Says: err.Error(), Remedy: "correct nomad.runners.ca"})
	}
	for _, check := range nomad.Probe(ctx, address, settings, flavours) {
		findings = append(findings, finding{What: check.What, Needed: !check.Optional, Works: check.Works, Says: check.Says, Remedy: check.Remedy})
	}
	return findings
}
