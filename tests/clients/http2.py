"""HTTP/2 over TLS in front of the fake AWS: a server that offers nothing else."""
import contextlib
import socketserver
import ssl
import threading

import h2.config
import h2.connection
import h2.events

import fakes


class Request:
    """What fakes.Asked looks at."""

    def __init__(self, headers):
        self.command, self.path = headers.pop(":method"), headers.pop(":path")
        self.headers = {k: v for k, v in headers.items() if not k.startswith(":")}


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        server = self.server
        try:
            self.socket = server.context.wrap_socket(self.request, server_side=True)
        except OSError:
            return
        if self.socket.selected_alpn_protocol() != "h2":
            return
        server.connections += 1
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.http.initiate_connection()
        self.streams = {}
        self.socket.sendall(self.http.data_to_send())
        while (part := self.socket.recv(65536)):
            for event in self.http.receive_data(part):
                self.take(event)
            self.socket.sendall(self.http.data_to_send())

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            headers = {(k.decode() if isinstance(k, bytes) else k):
                       (v.decode() if isinstance(v, bytes) else v) for k, v in event.headers}
            self.streams[event.stream_id] = Request(headers), bytearray()
        elif isinstance(event, h2.events.DataReceived):
            self.streams[event.stream_id][1].extend(event.data)
            self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self.answer(event.stream_id)

    def answer(self, stream):
        request, body = self.streams.pop(stream)
        fake = self.server.fake
        with fake.lock:
            asked = fakes.Asked(request, bytes(body))
            fake.asked.append(asked)
            status, content, headers = fake.find(asked)
        self.server.streams += 1
        content = content.encode() if isinstance(content, str) else content
        self.http.send_headers(stream, [(":status", str(status)),
                                        *((k.lower(), v) for k, v in headers)])
        self.http.send_data(stream, content, end_stream=True)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True

    def handle_error(self, *_):
        pass


@contextlib.contextmanager
def serve(fake, chain, key):
    server = Server(("127.0.0.1", 0), Connection)
    server.fake, server.streams, server.connections = fake, 0, 0
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(chain, key)
    server.context.set_alpn_protocols(["h2"])
    server.url = f"https://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
