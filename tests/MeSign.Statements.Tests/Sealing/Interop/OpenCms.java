import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Opens every message of a list with BouncyCastle and says for each whether it came out as expected. */
public final class OpenCms {
    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        System.out.println(new BouncyCastleProvider().getVersionStr());
        for (String line : Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8)) {
            String[] f = line.split("\\|");
            String verdict;
            try {
                if (!f[1].equals("-")) {
                    byte[] opened = decrypt(bytes(f[1]), key(f[2]));
                    if (!Arrays.equals(opened, bytes(f[3]))) throw new CMSException("other content");
                }
                verify(bytes(f[4]), f[5].equals("-") ? null : bytes(f[5]));
                verdict = "";
            } catch (Exception e) {
                verdict = e.getClass().getSimpleName() + ": " + e.getMessage();
            }
            System.out.println(f[0] + "|" + verdict);
        }
    }

    private static byte[] decrypt(byte[] der, PrivateKey key) throws Exception {
        boolean ec = !key.getAlgorithm().equals("RSA");
        RecipientInformationStore recipients;
        Recipient recipient;
        if (isAuthenticated(der)) {
            recipients = new CMSAuthEnvelopedData(der).getRecipientInfos();
            // Key agreement came to AuthEnvelopedData after Debian's version.
            if (ec) throw new CMSException("this version has no key agreement in AuthEnvelopedData");
            recipient = new JceKeyTransAuthEnvelopedRecipient(key).setProvider("BC");
        } else {
            recipients = new CMSEnvelopedData(der).getRecipientInfos();
            recipient = ec
                ? new JceKeyAgreeEnvelopedRecipient(key).setProvider("BC")
                : new JceKeyTransEnvelopedRecipient(key).setProvider("BC");
        }
        return recipients.getRecipients().iterator().next().getContent(recipient);
    }

    private static void verify(byte[] der, byte[] content) throws Exception {
        CMSSignedData signed = content == null ? new CMSSignedData(der) : new CMSSignedData(new CMSProcessableByteArray(content), der);
        for (SignerInformation signer : signed.getSignerInfos().getSigners()) {
            X509CertificateHolder certificate = (X509CertificateHolder) signed.getCertificates().getMatches(signer.getSID()).iterator().next();
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate)))
                throw new CMSException("signature does not hold");
        }
    }

    /** id-ct-authEnvelopedData, the first thing in the ContentInfo. */
    private static boolean isAuthenticated(byte[] der) {
        byte[] oid = {0x06, 0x0B, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17};
        int at = (der[1] & 0x80) == 0 ? 2 : 2 + (der[1] & 0x7F);
        return Arrays.equals(Arrays.copyOfRange(der, at, at + oid.length), oid);
    }

    private static PrivateKey key(String file) throws Exception {
        byte[] pkcs8 = bytes(file);
        for (String algorithm : new String[] {"RSA", "EC", "X25519"}) {
            try {
                return KeyFactory.getInstance(algorithm, "BC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException another) {
                // The next one.
            }
        }
        throw new CMSException("this version does not know the private key");
    }

    private static byte[] bytes(String file) throws Exception {
        return Files.readAllBytes(Path.of(file));
    }
}
