// A CSI driver for one node and for tests: volumes are folders of one BTRFS subvolume, and a snapshot is one of that
// subvolume. So a snapshot is atomic while volumes are written, and one of a group is so over all of its volumes: it has
// everything that was synced before it began, and of what was not, some.
package main

import (
	"flag"
	"log"
	"net"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

func main() {
	name := flag.String("name", "hostpath.csi.salvage-kit.test", "name of the driver")
	node := flag.String("node", "node", "name of the node")
	root := flag.String("root", "", "folder on BTRFS")
	socket := flag.String("socket", "", "where the driver answers")
	registry := flag.String("registration-socket", "", "where the kubelet asks for it")
	flag.Parse()

	files, err := newStore(*root)
	if err != nil {
		log.Fatal(err)
	}
	driver := grpc.NewServer(grpc.UnaryInterceptor(logged))
	csi.RegisterIdentityServer(driver, &identity{name: *name})
	csi.RegisterControllerServer(driver, &controller{files: files})
	csi.RegisterGroupControllerServer(driver, &groups{files: files})
	csi.RegisterNodeServer(driver, &publisher{files: files, node: *node})
	kubelet := grpc.NewServer()
	registration.RegisterRegistrationServer(kubelet, &registrar{name: *name, socket: *socket})

	failed := make(chan error)
	go func() { failed <- driver.Serve(listen(*socket)) }()
	go func() { failed <- kubelet.Serve(listen(*registry)) }()
	log.Fatal(<-failed)
}

func listen(socket string) net.Listener {
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		log.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		log.Fatal(err)
	}
	return listener
}
