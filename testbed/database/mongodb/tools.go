//go:build tools

// Names the programs that are built beside the server, so that go.mod keeps them.
package main

import (
	_ "github.com/mongodb/mongo-tools/mongodump/main"
	_ "github.com/mongodb/mongo-tools/mongorestore/main"
)
