package nomad

import (
	"cmp"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

// Address holds the settings for reaching Nomad. An empty field is read from Nomad's usual
// environment variable (NOMAD_ADDR, NOMAD_TOKEN, NOMAD_CACERT …).
type Address struct {
	URL, Region, Namespace string
	Token                  string // ACL
	CA, Cert, Key          string // files
	ServerName             string // name in the certificate, if it is not the URL's host
}

// Cluster is a client of Nomad with its namespace.
type Cluster struct {
	*api.Client
	Namespace string
	URL       string // configured URL; the client replaces a socket's URL
}

// Dial creates a client without connecting. CodeInvalid: the address or one of its files is wrong.
func Dial(a Address) (*Cluster, error) {
	c := api.DefaultConfig()
	c.Address = cmp.Or(a.URL, c.Address)
	c.Region = cmp.Or(a.Region, c.Region)
	c.Namespace = cmp.Or(a.Namespace, c.Namespace)
	c.SecretID = cmp.Or(a.Token, c.SecretID)
	c.TLSConfig.CACert = cmp.Or(a.CA, c.TLSConfig.CACert)
	c.TLSConfig.ClientCert = cmp.Or(a.Cert, c.TLSConfig.ClientCert)
	c.TLSConfig.ClientKey = cmp.Or(a.Key, c.TLSConfig.ClientKey)
	c.TLSConfig.TLSServerName = cmp.Or(a.ServerName, c.TLSConfig.TLSServerName)
	url := c.Address // NewClient changes it for a socket
	client, err := api.NewClient(c)
	if err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "Nomad's address: %s", err)
	}
	return &Cluster{Client: client, Namespace: cmp.Or(c.Namespace, api.DefaultNamespace), URL: url}, nil
}
