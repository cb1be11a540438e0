package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/grader/grader/nomad"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// firstAnswer is how long the start waits for Nomad to say which runners it has.
const firstAnswer = 10 * time.Second

// nomadPool is the pool of runners on a cluster. They reach this server over TCP.
func (s *Service) nomadPool(ctx context.Context) (scheduler.Pool, error) {
	address, err := s.Config.Nomad.address()
	if err != nil {
		return nil, err
	}
	cluster, err := nomad.Dial(address)
	if err != nil {
		return nil, err
	}
	settings, err := s.nomadSettings()
	if err != nil {
		return nil, err
	}
	listener, err := s.Config.Nomad.Runners.open(ctx)
	if err != nil {
		return nil, err
	}
	s.scheduler.Listeners = append(s.scheduler.Listeners, listener)
	s.nomad = &nomad.Pool{Cluster: cluster, Settings: settings, Registrar: s.scheduler, Clock: s.Clock, Logger: s.Logger}
	return s.nomad, nil
}

// startNomad lets the pool on a cluster, if there is one, ask which runners it has. What it
// hears it tells the scheduler, which has its pools by then.
func (s *Service) startNomad(ctx context.Context) {
	if s.nomad == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, firstAnswer)
	defer cancel()
	s.nomad.Start(ctx)
}

// nomadSettings are the configuration in the pool's form.
func (s *Service) nomadSettings() (nomad.Settings, error) {
	c := s.Config.Nomad
	settings := nomad.Settings{
		Prefix: cmp.Or(c.Jobs, "grader"), Server: c.Runners.URL, Network: c.Network, Wall: string(s.Config.Wall),
		Issuer: c.Issuer, MHz: c.MHz, Flavours: make(map[string]nomad.Placement),
	}
	for name, f := range s.Config.Flavours {
		if f.kind() == PoolNomad {
			settings.Flavours[name] = f.Nomad.placement()
		}
	}
	if c.Runners.CA == "" {
		return settings, nil
	}
	ca, err := os.ReadFile(c.Runners.CA)
	if err != nil {
		return settings, schema.Errorf(schema.CodeInvalid, "the runners' certificates: %w", err)
	}
	settings.CA = string(ca)
	return settings, nil
}

// open listens for runners.
func (r RunnersConfig) open(ctx context.Context) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", r.Listen)
	if err != nil {
		return nil, schema.Errorf(schema.CodeUnavailable, "listen for runners: %w", err)
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
