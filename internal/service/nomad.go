package service

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/nomad"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// firstAnswer is how long startNomad waits for Nomad's list of runners.
const firstAnswer = 10 * time.Second

// nomadPool creates the pool of runners on a cluster, which reach this server over TCP.
func (s *Service) nomadPool(ctx context.Context) (scheduler.Pool, error) {
	address, err := NomadAddress(s.Config.Nomad)
	if err != nil {
		return nil, err
	}
	cluster, err := nomad.Dial(address)
	if err != nil {
		return nil, err
	}
	settings, err := NomadSettings(s.Config)
	if err != nil {
		return nil, err
	}
	listener, err := listenForRunners(ctx, s.Config.Nomad.Runners)
	if err != nil {
		return nil, err
	}
	s.scheduler.Listeners = append(s.scheduler.Listeners, listener)
	s.nomad = &nomad.Pool{Cluster: cluster, Settings: settings, Registrar: s.scheduler, Clock: s.Clock, Logger: s.Logger}
	return s.nomad, nil
}

// startNomad starts the pool on a cluster, if one is configured: it lists its runners and
// reports them to the scheduler.
func (s *Service) startNomad(ctx context.Context) {
	if s.nomad == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, firstAnswer)
	defer cancel()
	s.nomad.Start(ctx)
}

// NomadSettings converts the configuration to the settings of the Nomad pool.
func NomadSettings(config configs.Config) (nomad.Settings, error) {
	c := config.Nomad
	settings := nomad.Settings{
		Prefix: cmp.Or(c.Jobs, "grader"), Server: c.Runners.URL, Network: c.Network, Wall: config.Wall,
		Issuer: c.Issuer, MHz: c.MHz, Flavours: make(map[string]nomad.Placement),
	}
	for name, f := range config.Flavours {
		if f.Kind() == configs.PoolNomad {
			settings.Flavours[name] = placement(f.Nomad)
		}
	}
	if c.Runners.CA == "" {
		return settings, nil
	}
	ca, err := os.ReadFile(c.Runners.CA)
	if err != nil {
		return settings, schema.Wrapf(schema.CodeInvalid, err, "the runners' certificates: %s", err)
	}
	settings.CA = string(ca)
	return settings, nil
}

// listenForRunners opens the runners' interface over TCP.
func listenForRunners(ctx context.Context, r configs.Runners) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", r.Listen)
	if err != nil {
		return nil, schema.Wrapf(schema.CodeUnavailable, err, "listen for runners: %s", err)
	}
	if r.Cert == "" {
		return listener, nil
	}
	pair, err := tls.LoadX509KeyPair(r.Cert, r.Key)
	if err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("the certificate for runners: %w", err)
	}
	return tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}), nil
}

// NomadAddress returns the address of the configured cluster, and reads its token.
func NomadAddress(n configs.Nomad) (nomad.Address, error) {
	a := nomad.Address{URL: n.Address, Region: n.Region, Namespace: n.Namespace, CA: n.CA, Cert: n.Cert, Key: n.Key}
	if n.TokenFile == "" {
		return a, nil
	}
	token, err := os.ReadFile(n.TokenFile)
	if err != nil {
		return a, schema.Wrapf(schema.CodeInvalid, err, "Nomad's token: %s", err)
	}
	a.Token = strings.TrimSpace(string(token))
	return a, nil
}

// placement converts the configured placement of a flavour's runners to the pool's type.
func placement(p *configs.Placement) nomad.Placement {
	if p == nil {
		return nomad.Placement{}
	}
	to := nomad.Placement{Priority: p.Priority, NodePool: p.NodePool, Datacenters: p.Datacenters}
	for _, c := range p.Constraints {
		c.Operator = cmp.Or(c.Operator, "=")
		to.Constraints = append(to.Constraints, nomad.Constraint(c))
	}
	return to
}
