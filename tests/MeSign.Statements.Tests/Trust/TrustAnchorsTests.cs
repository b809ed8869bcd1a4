using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Trust;

public sealed class TrustAnchorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesign-anchors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_a_PEM_bundle_and_tells_roots_from_intermediates()
    {
        var bundle = Write("bundle.pem", TestAuthority.Shared.Root.ExportCertificatePem() + "\n" + TestAuthority.Shared.Issuing.ExportCertificatePem());

        var anchors = TrustAnchors.Load([bundle]);

        anchors.Roots.Select(root => root.Subject).ShouldBe(["CN=Test Root"]);
        anchors.Intermediates.Select(root => root.Subject).ShouldBe(["CN=Test Issuing"]);
    }

    [Fact]
    public void Reads_every_file_of_a_folder_but_hidden_ones()
    {
        File.WriteAllBytes(Path.Combine(_folder, "root.der"), TestAuthority.Shared.Root.RawData);
        Write("other.pem", new TestAuthority("Other").Root.ExportCertificatePem());
        Write("..data", "not a certificate");

        var anchors = TrustAnchors.Load([_folder]);

        anchors.Roots.Select(root => root.Subject).ShouldBe(["CN=Other Root", "CN=Test Root"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("hello", "is not a certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----", "is not a certificate")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMAMCAQU=\n-----END PRIVATE KEY-----", "No root certificate")]
    public void Names_a_file_that_holds_no_root(string content, string problem)
    {
        var file = Write("wrong.pem", content);

        var load = () => TrustAnchors.Load([file]);

        var message = load.ShouldThrow<InvalidDataException>().Message;
        message.ShouldContain(problem);
        message.ShouldContain(file);
    }

    [Fact]
    public void Names_a_path_that_does_not_exist()
    {
        var load = () => TrustAnchors.Load([Path.Combine(_folder, "absent.pem")]);

        load.ShouldThrow<InvalidDataException>().Message.ShouldContain("absent.pem does not exist");
    }

    [Fact]
    public void Refuses_a_file_with_intermediates_only()
    {
        var load = () => TrustAnchors.Load([Write("issuing.pem", TestAuthority.Shared.Issuing.ExportCertificatePem())]);

        load.ShouldThrow<InvalidDataException>().Message.ShouldContain("No root certificate");
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
