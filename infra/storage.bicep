// The statements' storage account: containers, queues and tables by the names that StorageNames.cs gives them.

param name string
param location string

@description('Days that a deleted blob can be brought back.')
param keepDeletedDays int

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    // Identities only: whoever has no role has no access, and no key can leak.
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: keepDeletedDays }
      containerDeleteRetentionPolicy: { enabled: true, days: keepDeletedDays }
    }

    resource containers 'containers' = [for container in ['statements', 'sealed', 'held', 'bounces', 'bounces-aside']: { name: container }]
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource work 'queues' = [
      for queue in [
        'statement-batches'
        'statement-batches-poison'
        'statement-jobs'
        'statement-jobs-poison'
        'statement-deliveries'
        'statement-deliveries-poison'
        'statement-results'
      ]: { name: queue }
    ]
  }

  resource tables 'tableServices' = {
    name: 'default'

    resource rows 'tables' = [for table in ['statements', 'recipients', 'batches', 'suppressions', 'certificates']: { name: table }]
  }
}

output id string = account.id
output endpoints object = account.properties.primaryEndpoints
