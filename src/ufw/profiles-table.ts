/**
 * The application profiles that Debian's ufw (0.36.2) and openssh-server packages put into /etc/ufw/applications.d,
 * the files joined in order of their names; the same in Debian 12 and 13. test/device/ufw-tables.test.ts holds them
 * against the real files.
 */
export const PROFILES = `\
[OpenSSH]
title=Secure shell server, an rshd replacement
description=OpenSSH is a free implementation of the Secure Shell protocol.
ports=22/tcp
[Transmission]
title=Transmission
description=Transmission BitTorrent client
ports=51413

[Deluge]
title=Deluge
description=Deluge BitTorrent client
ports=6881:6891/tcp

[KTorrent]
title=KTorrent
description=KTorrent BitTorrent client
ports=6881/tcp|4444/udp

[qBittorrent]
title=qBittorrent
description=qBittorrent BitTorrent client
ports=6881/tcp
[PeopleNearby]
title=People Nearby
description=People Nearby (Bonjour/Salut) functionality in Empathy
ports=5353/udp|5298

[Bonjour]
title=Bonjour
description=Bonjour protocol
ports=5353/udp|5298

[MSN]
title=MSN Chat
description=MSN chat protocol (with file transfer and voice)
ports=1863|6891:6900/tcp|6901

[MSN SSL]
title=MSN Chat (SSL)
description=MSN chat protocol (SSL)
ports=443/tcp

[AIM]
title=AIM Talk
description=AIM talk protocol
ports=5190/tcp

[Yahoo]
title=Yahoo Chat
description=Yahoo chat protocol
ports=5050

[XMPP]
title=XMPP Chat
description=XMPP protocol (Jabber and Google Talk)
ports=5222/tcp|5269/tcp

[Kerberos KDC]
title=Kerberos v5 KDC server
description=Kerberos v5 KDC server
ports=88

[Kerberos Admin]
title=Kerberos v5 admin
description=Kerberos v5 server
ports=749/tcp

[Kerberos Password]
title=Kerberos v5 password
description=Kerberos v5 password
ports=464/udp

[Kerberos Full]
title=Kerberos v5 server
description=Kerberos v5 server
ports=88,749/tcp|464/udp

[LDAP]
title=LDAP server
description=LDAP server
ports=389/tcp

[LDAPS]
title=LDAP server (LDAPS)
description=LDAP server (LDAPS)
ports=636/tcp
[DNS]
title=Internet Domain Name Server
description=Internet Domain Name Server
ports=53
[CIFS]
title=SMB/CIFS server
description=SMB/CIFS server
ports=137,138/udp|139,445/tcp

[NFS]
title=NFS server
description=NFS and portmap server. Will also need access to mountd, statd and possibly others
ports=2049,111/tcp|2049,111/udp

[svnserve]
title=Subversion server
description=Subversion server for access to Subversion repositories.
ports=3690/tcp
[Telnet]
title=Telnet server (insecure)
description=Telnet server (insecure)
ports=23/tcp

[SSH]
title=SSH server
description=SSH server
ports=22/tcp

[VNC]
title=VNC server
description=VNC server
ports=5900/tcp
[POP3]
title=Mail server (POP3)
description=Mail server (POP3)
ports=110/tcp

[POP3S]
title=Secure mail server (POP3S)
description=Secure mail server (POP3S)
ports=995/tcp

[IMAP]
title=Mail server (IMAP)
description=Mail server (IMAP)
ports=143/tcp

[IMAPS]
title=Secure mail server (IMAPS)
description=Secure mail server (IMAPS)
ports=993/tcp

[SMTP]
title=Mail server (SMTP)
description=Mail server (SMTP)
ports=25/tcp

[Mail submission]
title=Mail server (Submission)
description=Mail server (Submission)
ports=587/tcp

[IPP]
title=Cups server (IPP)
description=Cups server (IPP)
ports=631

[LPD]
title=LPD server
description=LPD server
ports=515/tcp
[Socks]
title=Socks proxy
description=Socks proxy
ports=1080/tcp

[Transparent Proxy]
title=Transparent proxy
description=Transparent proxy
ports=8081/tcp
[WWW]
title=Web Server
description=Web server
ports=80/tcp

[WWW Secure]
title=Web Server (HTTPS)
description=Web Server (HTTPS)
ports=443/tcp

[WWW Full]
title=Web Server (HTTP,HTTPS)
description=Web Server (HTTP,HTTPS)
ports=80,443/tcp

[WWW Cache]
title=Web Server (8080)
description=Web Server (8080)
ports=8080/tcp
`
