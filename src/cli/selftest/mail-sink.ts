/** A mail server of this machine that takes one message and keeps it for whoever asks. */
export function openMailSink(): { readonly port: number; readonly received: () => string; readonly close: () => void } {
  let received = ''
  const server = Bun.listen<{ isData: boolean }>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open(socket) {
        socket.data = { isData: false }
        socket.write('220 selftest ESMTP\r\n')
      },
      data(socket, bytes) {
        const text = bytes.toString()
        if (socket.data.isData) {
          received += text
          if (!received.endsWith('\r\n.\r\n')) return
          socket.data.isData = false
          socket.write('250 kept\r\n')
          return
        }
        for (const line of text.split('\r\n').filter(Boolean)) {
          socket.data.isData = /^DATA/i.test(line)
          socket.write(socket.data.isData ? '354 go on\r\n' : /^QUIT/i.test(line) ? '221 bye\r\n' : '250 selftest\r\n')
        }
      },
    },
  })
  return { port: server.port, received: () => received, close: () => server.stop(true) }
}
