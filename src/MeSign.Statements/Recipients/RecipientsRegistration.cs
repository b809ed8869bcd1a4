using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Recipients;

internal static class RecipientsRegistration
{
    /// <summary>The certificate directory; settings in <c>MeSign:Recipients</c>.</summary>
    public static IServiceCollection AddRecipients(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<RecipientOptions>, RecipientOptionsValidator>();
        services.AddOptionsWithValidateOnStart<RecipientOptions>().BindConfiguration(RecipientOptions.Section);
        services.AddSingleton<CertificateTable>();
        services.AddSingleton<ICertificateSource, TableCertificateSource>();
        services.AddSingleton<ICertificateSource, FolderCertificateSource>();
        services.AddSingleton<RecipientTrust>();
        services.AddSingleton<CertificateCheck>();
        services.AddSingleton(provider => new GivenCertificates(provider.GetRequiredService<CertificateCheck>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RecipientDirectory(
            provider.GetServices<ICertificateSource>(),
            provider.GetRequiredService<CertificateCheck>(),
            provider.GetRequiredService<IOptions<RecipientOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RecipientDirectory>>()));
        return services;
    }
}
